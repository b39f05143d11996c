// Whom the letters typed so far may mean; without this, the server says so after sending.
const PAUSE = 200;
let timer = 0;

document.addEventListener("input", ({ target }) => {
  if (!target.matches?.("input[data-people]")) return;
  clearTimeout(timer);
  if (target.value.trim().length < 1) return;
  timer = setTimeout(async () => {
    const address = new URL(target.dataset.people, location.href);
    address.searchParams.set("q", target.value);
    const answer = await fetch(address);
    if (answer.ok) target.list.innerHTML = await answer.text();
  }, PAUSE);
});
