// Ticks every opinion of the page at once.
const form = document.querySelector("[data-opinions]");
const all = form?.querySelector("[data-all-opinions]");
all?.addEventListener("change", () => {
  for (const box of form.querySelectorAll('input[name="number"]')) box.checked = all.checked;
});
