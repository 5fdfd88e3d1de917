#!/bin/sh
# Installs the fonts the generator draws with, all of them Debian packages (see fonts.ts for what each is for).
set -e
apt-get install -y --no-install-recommends \
  fonts-ipafont-gothic fonts-ipafont-mincho fonts-takao-gothic fonts-takao-mincho fonts-vlgothic fonts-noto-cjk \
  fonts-dejavu fonts-liberation fonts-hack fonts-inconsolata fonts-firacode fonts-mplus fonts-migmix \
  fonts-sawarabi-gothic fonts-sawarabi-mincho fonts-horai-umefont fonts-courier-prime fonts-ocr-b fonts-lato \
  fonts-open-sans fonts-texgyre fonts-freefont-ttf fonts-yozvox-yozfont fonts-yusei-magic fonts-seto fonts-kiloji \
  fonts-humor-sans fonts-comic-neue fonts-dkg-handwriting fonts-nanum-extra fonts-tlwg-purisa-ttf fonts-sjfonts \
  fonts-ecolier-court fonts-sil-andika fonts-motoya-l-maruberi fonts-smc-chilanka fonts-komatuna \
  fonts-morisawa-bizud-gothic fonts-morisawa-bizud-mincho fonts-jetbrains-mono fonts-anonymous-pro fonts-go \
  fonts-b612 fonts-klee fonts-lxgw-wenkai fonts-breip fonts-mononoki
