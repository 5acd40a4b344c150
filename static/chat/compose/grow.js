// Lets the field be as high as its text, in a browser that cannot do that by itself. Call the result after each change.
export function createGrow(field, { canGrow = CSS.supports("field-sizing", "content") } = {}) {
  return function grow() {
    if (canGrow) return;
    field.style.height = "auto"; // or it would never shrink
    field.style.height = `${field.scrollHeight}px`;
  };
}
