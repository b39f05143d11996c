// Files and whole folders may be dropped; what was taken is listed before it is sent.
const NOT_TAKEN = /(^|\/)\.|(^|\/)(scenarios|alerts)\/|readme|\.md$/i;

async function walk(entry, path = "") {
  if (entry.isFile) {
    const file = await new Promise((done, failed) => entry.file(done, failed));
    return [{ file, path: path + entry.name }];
  }
  const reader = entry.createReader();
  const found = [];
  for (;;) { // A reader gives at most a hundred entries at a time.
    const some = await new Promise((done, failed) => reader.readEntries(done, failed));
    if (!some.length) break;
    for (const inner of some) found.push(...await walk(inner, `${path}${entry.name}/`));
  }
  return found;
}

function take(zone, found) {
  const input = zone.querySelector("input[type=file]");
  const list = zone.querySelector("[data-dropped]");
  const transfer = new DataTransfer();
  zone.querySelectorAll("input[name=paths]").forEach((old) => old.remove());
  list.replaceChildren();
  for (const { file, path } of found.filter((item) => !NOT_TAKEN.test(item.path))) {
    transfer.items.add(file);
    const hidden = Object.assign(document.createElement("input"), { type: "hidden", name: "paths", value: path });
    zone.append(hidden);
    list.append(Object.assign(document.createElement("li"), { textContent: path }));
  }
  input.files = transfer.files;
  zone.querySelectorAll("input[type=file]").forEach((other) => { if (other !== input) other.value = ""; });
  list.hidden = !list.children.length;
}

for (const zone of document.querySelectorAll("[data-drop-files]")) {
  zone.addEventListener("dragover", (event) => { event.preventDefault(); zone.classList.add("is-over"); });
  zone.addEventListener("dragleave", () => zone.classList.remove("is-over"));
  zone.addEventListener("change", () => {
    zone.querySelectorAll("input[name=paths]").forEach((old) => old.remove());
    zone.querySelector("[data-dropped]").hidden = true;
  });
  zone.addEventListener("drop", async (event) => {
    event.preventDefault();
    zone.classList.remove("is-over");
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    const plain = [...event.dataTransfer.files].map((file) => ({ file, path: file.name }));
    const found = entries.length ? (await Promise.all(entries.map((entry) => walk(entry)))).flat() : plain;
    if (found.length) take(zone, found);
  });
}
