// Returns a function that calls show(), and hide() some seconds after its last call.
export function forAWhile(show, hide) {
  const SHOWN_MS = 4_000;
  let hiding;

  return () => {
    show();
    clearTimeout(hiding);
    hiding = setTimeout(hide, SHOWN_MS);
  };
}
