// Photos are seen before they are sent, and made smaller where a camera made them larger than anybody needs.
const LONGEST = 2048, LARGE = 1_500_000, MOST = 6;

async function smaller(file) {
  if (file.size < LARGE || !window.createImageBitmap) return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((done) => { canvas.toBlob(done, "image/jpeg", 0.85); });
    return blob && blob.size < file.size ? new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" }) : file;
  } catch {
    return file;  // what a browser cannot read, the server may
  }
}

const address = (file) => new Promise((done) => {
  const reader = new FileReader();
  reader.addEventListener("load", () => done(reader.result));
  reader.addEventListener("error", () => done(""));
  reader.readAsDataURL(file);
});

for (const field of document.querySelectorAll("[data-photos]")) {
  const input = field.querySelector("input[type=file]");
  const list = field.querySelector("[data-previews]");
  input.addEventListener("change", async () => {
    const chosen = [...input.files].slice(0, MOST);
    const files = await Promise.all(chosen.map(smaller));
    const held = new DataTransfer();
    for (const file of files) held.items.add(file);
    input.files = held.files;
    const items = await Promise.all(files.map(async (file) => {
      const item = document.createElement("li");
      const picture = document.createElement("img");
      picture.src = await address(file);
      picture.alt = file.name;
      item.append(picture);
      return item;
    }));
    list.replaceChildren(...items);
    list.hidden = items.length === 0;
  });
}
