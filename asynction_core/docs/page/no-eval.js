/**
 * Keeps AsyncAPI's component from making functions of text, which the page's policy forbids.
 *
 * As it is loaded it compiles JSON Schemas, for a parser that is in it and that this page does not
 * use. They get functions that do nothing instead; page.js puts the real constructor back.
 */
(() => {
  const compiled = () => () => true;
  const Real = globalThis.Function;
  globalThis.Function = new Proxy(Real, {
    construct: () => compiled,
    apply: () => compiled,
  });
  Reflect.set(globalThis, "restoreFunction", () => {
    globalThis.Function = Real;
    Reflect.deleteProperty(globalThis, "restoreFunction");
  });
})();
