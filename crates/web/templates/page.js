// Adds a button to each element with the attribute data-copy, which copies the text of its first child.
// The pages work without it: a click selects the whole text.
"use strict";
for (const place of document.querySelectorAll("[data-copy]")) {
  const source = place.firstElementChild;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = `Copy the ${place.dataset.copy}`;
  const said = document.createElement("span");
  said.setAttribute("role", "status");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(source.textContent);
      said.textContent = "Copied.";
    } catch {
      getSelection().selectAllChildren(source);
      said.textContent = "Selected: copy it with your keyboard or menu.";
    }
  });
  place.append(button, said);
}
