// Whom the letters typed so far may mean; without this, the server says so after sending.
const PAUSE = 200;

for (const input of document.querySelectorAll("input[data-people]")) {
  let timer = 0;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    if (input.value.trim().length < 1) return;
    timer = setTimeout(async () => {
      const address = new URL(input.dataset.people, location.href);
      address.searchParams.set("q", input.value);
      const answer = await fetch(address);
      if (answer.ok) input.list.innerHTML = await answer.text();
    }, PAUSE);
  });
}
