/**
 * The fonts pages are drawn with, and which the training never sees. `hand` fonts stand for handwriting.
 * Fonts without Japanese borrow it from one that has it. All come from Debian packages (fonts.sh).
 */
export interface Font {
  readonly name: string;
  readonly path: string;
  readonly use: 'train' | 'test';
  readonly hand: boolean;
  readonly japanese: boolean;
}

const folder = '/usr/share/fonts/';
const tex = '/usr/share/texmf/fonts/opentype/public/tex-gyre/';

function list(use: 'train' | 'test', hand: boolean, japanese: boolean, paths: readonly string[]): Font[] {
  return paths.map((path) => ({
    name: path.replace(/^.*\//, '').replace(/\.\w+$/, ''),
    path: path.startsWith('/') ? path : folder + path,
    use,
    hand,
    japanese,
  }));
}

export const fonts: readonly Font[] = [
  ...list('train', false, true, [
    'opentype/ipafont-gothic/ipag.ttf',
    'opentype/ipafont-gothic/ipagp.ttf',
    'opentype/ipafont-mincho/ipam.ttf',
    'opentype/ipafont-mincho/ipamp.ttf',
    'truetype/takao-gothic/TakaoGothic.ttf',
    'truetype/takao-gothic/TakaoPGothic.ttf',
    'truetype/takao-mincho/TakaoMincho.ttf',
    'truetype/takao-mincho/TakaoPMincho.ttf',
    'truetype/vlgothic/VL-Gothic-Regular.ttf',
    'truetype/vlgothic/VL-PGothic-Regular.ttf',
    'opentype/noto/NotoSansCJK-Regular.ttc',
    'opentype/noto/NotoSansCJK-Bold.ttc',
    'opentype/noto/NotoSerifCJK-Regular.ttc',
    'opentype/noto/NotoSerifCJK-Bold.ttc',
    'opentype/mplus/Mplus1-Regular.otf',
    'opentype/mplus/Mplus1Code-Medium.otf',
    'opentype/mplus/Mplus2-Medium.otf',
    'truetype/migmix/migu-1m-regular.ttf',
    'truetype/migmix/migu-2m-bold.ttf',
    'truetype/sawarabi-gothic/sawarabi-gothic-medium.ttf',
    'truetype/sawarabi-mincho/sawarabi-mincho-medium.ttf',
    'truetype/horai-umefont/ume-tgo4.ttf',
    'truetype/horai-umefont/ume-pmo3.ttf',
    'truetype/motoya-l-maruberi/MTLmr3m.ttf',
    'truetype/komatuna/komatuna.ttf',
  ]),
  ...list('train', false, false, [
    'truetype/dejavu/DejaVuSans.ttf',
    'truetype/dejavu/DejaVuSansMono.ttf',
    'truetype/dejavu/DejaVuSerif.ttf',
    'truetype/dejavu/DejaVuSans-Oblique.ttf',
    'truetype/liberation/LiberationSans-Regular.ttf',
    'truetype/liberation/LiberationSans-Bold.ttf',
    'truetype/liberation/LiberationSerif-Regular.ttf',
    'truetype/liberation/LiberationMono-Regular.ttf',
    'truetype/hack/Hack-Regular.ttf',
    'truetype/inconsolata/Inconsolata.otf',
    'truetype/firacode/FiraCode-Regular.ttf',
    'opentype/courier-prime/Courier Prime.otf',
    'opentype/ocr-b/OCRB.otf',
    'truetype/lato/Lato-Regular.ttf',
    'truetype/open-sans/OpenSans-Semibold.ttf',
    'truetype/freefont/FreeSerifItalic.ttf',
    `${tex}texgyreadventor-regular.otf`,
    `${tex}texgyrebonum-regular.otf`,
    `${tex}texgyreschola-italic.otf`,
  ]),
  ...list('train', true, true, [
    'truetype/yozvox-yozfont/YOzRN_.ttf',
    'truetype/yozvox-yozfont/YOzBA_.ttf',
    'truetype/seto/setofont.ttf',
    'truetype/kiloji/kiloji.ttf',
    'truetype/kiloji/kiloji_b.ttf',
  ]),
  ...list('train', true, false, [
    'truetype/humor-sans/Humor-Sans.ttf',
    'opentype/comic-neue/ComicNeue-Regular.otf',
    'opentype/comic-neue/ComicNeue-Italic.otf',
    'truetype/fifthhorseman/dkg.ttf',
    'truetype/fifthhorseman/dkgBd.ttf',
    'truetype/nanum/NanumPen.ttf',
    'truetype/nanum/NanumBarunpenR.ttf',
    'truetype/tlwg/Purisa.ttf',
    'truetype/sjfonts/SteveHand.ttf',
    'truetype/ecolier-court/Ecolier-court.ttf',
    'truetype/andika/Andika-Regular.ttf',
    'opentype/malayalam/Chilanka-Regular.otf',
  ]),
  ...list('test', false, true, [
    'truetype/bizud-gothic/BIZUDGothic-Regular.ttf',
    'truetype/bizud-gothic/BIZUDPGothic-Regular.ttf',
    'truetype/bizud-mincho/BIZUDMincho-Regular.ttf',
    'truetype/bizud-mincho/BIZUDPMincho-Regular.ttf',
  ]),
  ...list('test', false, false, [
    'truetype/jetbrains-mono/JetBrainsMono-Regular.ttf',
    'truetype/anonymous-pro/Anonymous Pro.ttf',
    'truetype/mononoki/mononoki-Regular.ttf',
    'fonts-go/Go-Mono.ttf',
    'opentype/b612/B612-Regular.otf',
  ]),
  ...list('test', true, true, [
    'truetype/klee/KleeOne-Regular.ttf',
    'truetype/klee/KleeOne-SemiBold.ttf',
    'truetype/lxgw-wenkai/LXGWWenKai-Regular.ttf',
    'truetype/yusei-magic/YuseiMagic-Regular.ttf',
  ]),
  ...list('test', true, false, ['truetype/breip/Breip.ttf']),
];
