// A file that somebody drops on the page would replace it.
export function refuseFiles(window) {
  for (const name of ["dragover", "drop"]) {
    window.addEventListener(name, (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.dataTransfer.dropEffect = "none";
      event.preventDefault();
    });
  }
}
