// The frame of every editor: opens the right one, saves, has the server check, and guards what is not saved yet.
const root = document.querySelector("[data-editor]");
const words = JSON.parse(root.dataset.words);
const canvas = root.querySelector("[data-editor-canvas]");
const tools = document.querySelector("[data-editor-tools]");
const state = document.querySelector("[data-editor-state]");
const findings = document.querySelector("[data-editor-findings]");
const source = document.querySelector("[data-editor-source]");
const textarea = source.querySelector("textarea");
let isChanged = false;
let editor = null;

function say(text) {
  state.textContent = text;
}

function changed() {
  isChanged = true;
  say(words.unsaved);
}

async function ask(address, content) {
  const body = new URLSearchParams({ content, revision: root.dataset.revision });
  return fetch(address, {
    method: "POST", body, credentials: "same-origin",
    headers: { Accept: "application/json", "X-CSRF-Token": root.dataset.token },
  });
}

function tell({ problems }) {
  const list = findings.querySelector("ul");
  list.replaceChildren(...problems.map(line));
  findings.hidden = false;
  if (!problems.length) list.append(Object.assign(document.createElement("li"), { className: "card-body muted small", textContent: words.good }));
  editor?.pin?.(problems.filter((problem) => problem.element && problem.file === root.dataset.file));
}

function line(problem) {
  const item = Object.assign(document.createElement("li"), { className: "problem" });
  const kind = Object.assign(document.createElement("span"), { className: `chip ${{ error: "stop", warning: "warn" }[problem.severity] ?? ""}`, textContent: words[problem.severity] });
  const place = [problem.name, problem.element, problem.file, problem.code].filter(Boolean).join(" · ");
  const said = document.createElement("div");
  said.append(
    Object.assign(document.createElement("p"), { textContent: problem.text }),
    Object.assign(document.createElement("p"), { className: "small muted", textContent: place }),
  );
  item.append(kind, said);
  if (editor?.show && problem.element && problem.file === root.dataset.file) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "link-button small", textContent: problem.name || problem.element });
    button.addEventListener("click", () => editor.show(problem.element));
    said.firstChild.append(" ", button);
  }
  return item;
}

async function save() {
  say(words.saving);
  const content = await editor.text();
  const answer = await ask(root.dataset.save, content).catch(() => null);
  if (!answer?.ok) {
    say(answer?.status === 409 ? words.stale : words.failed);
    return;
  }
  const told = await answer.json();
  root.dataset.revision = told.revision;
  source.querySelector("[name=revision]").value = told.revision;
  isChanged = false;
  say(words.saved);
  tell(told);
}

async function check() {
  say(words.checking);
  const answer = await ask(root.dataset.check, await editor.text()).catch(() => null);
  if (!answer?.ok) {
    say(words.failed);
    return;
  }
  const told = await answer.json();
  if (state.textContent === words.saved) return; // Saved meanwhile: that told more.
  if (state.textContent === words.checking) say(isChanged ? words.unsaved : "");
  tell(told);
}

// The editors' own words in the visitor's language; what the catalogue does not have stays as its authors wrote it.
async function translation() {
  const answer = root.dataset.catalogue && await fetch(root.dataset.catalogue).catch(() => null);
  const catalogue = answer?.ok ? await answer.json() : {};
  return (text, values = {}) => (catalogue[text] ?? text).replace(/{([^{}]+)}/g, (whole, name) => values[name] ?? whole);
}

async function open() {
  const { edit } = await import(`./models_editor_${root.dataset.editor}.js`);
  const settings = {
    canvas, panel: root.querySelector("[data-editor-panel]"), words, translate: await translation(),
    forms: JSON.parse(root.dataset.forms), groups: JSON.parse(root.dataset.groups),
  };
  const made = await edit(settings, changed);
  try {
    await made.load(textarea.value);
  } catch (problem) {
    canvas.querySelector(".diagram-wait")?.remove();
    canvas.textContent = words.unreadable;
    source.open = true;
    root.dataset.ready = "failed";
    return;
  }
  canvas.querySelector(".diagram-wait")?.remove();
  editor = made;
  tools.hidden = false;
  connect();
  if (root.dataset.element) editor.show?.(root.dataset.element);
  root.dataset.ready = "yes";
  await check();
}

function connect() {
  document.querySelector("[data-editor-save]").addEventListener("click", save);
  document.querySelector("[data-editor-check]").addEventListener("click", check);
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
      event.preventDefault();
      save();
    }
  });
  // The source shows what the editor has; it may be taken back into it.
  source.addEventListener("toggle", async () => {
    source.removeAttribute("data-shown");
    if (!source.open) return;
    textarea.value = await editor.text();
    source.dataset.shown = "yes";
  });
  const take = source.querySelector("[data-editor-take]");
  take.hidden = false;
  take.addEventListener("click", async () => {
    try {
      await editor.load(textarea.value);
      source.querySelector("form").removeAttribute("data-changed");
      source.open = false;
      changed();
      await check();
    } catch {
      say(words.unreadable);
    }
  });
  window.addEventListener("beforeunload", (event) => {
    if (isChanged) event.preventDefault();
  });
}

await open();
