/** The inner classes of knex that are built upon here; the package brings no types for them. */
declare module 'knex/lib/dialects/*.js' {
  // biome-ignore lint/suspicious/noExplicitAny: see above
  const Class: any;
  export default Class;
}
