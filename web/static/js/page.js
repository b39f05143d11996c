// Small comforts of every page. Nothing here is needed to get work done.

// A menu that is open closes when something else is chosen, or with Escape.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details[data-closes][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details[data-closes][open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A form is sent once; the server's own key makes a second sending harmless anyway.
document.addEventListener("submit", (event) => {
  const form = event.target;
  form.removeAttribute("data-changed");
  for (const button of form.querySelectorAll("[data-once]")) setTimeout(() => { button.disabled = true; });
});
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("[data-once]")) button.disabled = false;
});

// Leaving a form with something typed in it asks first.
document.addEventListener("input", (event) => event.target.closest("form[data-guard]")?.setAttribute("data-changed", ""));
window.addEventListener("beforeunload", (event) => {
  if (document.querySelector("form[data-changed]")) event.preventDefault();
});

// After a refusal the list of errors is where the reader should be.
document.querySelector("[data-focus]")?.focus();

// Files may be dropped on the field.
for (const zone of document.querySelectorAll("[data-drop]")) {
  const input = zone.querySelector("input[type=file]");
  zone.addEventListener("dragover", (event) => { event.preventDefault(); zone.classList.add("is-over"); });
  zone.addEventListener("dragleave", () => zone.classList.remove("is-over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("is-over");
    if (event.dataTransfer.files.length) input.files = event.dataTransfer.files;
  });
}
