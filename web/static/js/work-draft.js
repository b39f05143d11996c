// What is typed into a task's form is kept on the server as it is typed: nothing is lost when the page is left.
const PAUSE = 1500;

function keep(form) {
  const said = form.querySelector("[data-draft-state]");
  const version = form.elements.draft_version;
  let timer = 0;
  let busy = false;
  let again = false;
  let stopped = false;

  const save = async () => {
    if (stopped) return;
    if (busy) { again = true; return; }
    busy = true;
    try {
      const answer = await fetch(form.dataset.draft, {
        method: "POST", body: new FormData(form), headers: { "X-Draft": "auto" }, keepalive: true,
      });
      if (answer.ok) {
        version.value = await answer.text();
        said.textContent = said.dataset.saved;
        form.removeAttribute("data-changed"); // it may be left without a question now
      } else {
        said.textContent = answer.status === 409 ? said.dataset.elsewhere : said.dataset.failed;
        stopped = answer.status === 409;
      }
    } catch {
      said.textContent = said.dataset.failed;
    }
    busy = false;
    if (again) { again = false; await save(); }
  };

  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(save, PAUSE); });
  form.addEventListener("submit", () => { stopped = true; clearTimeout(timer); });
}

// The task's own page brings its form along; beside a list another one comes with each task that is opened.
function keepNew() {
  for (const form of document.querySelectorAll("form[data-draft]:not([data-kept])")) {
    form.dataset.kept = "";
    keep(form);
  }
}
document.addEventListener("htmx:after:swap", keepNew);
keepNew();
