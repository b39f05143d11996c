// The editor of forms.
import { FormEditor } from "../vendor/form-editor.js";

export async function edit({ canvas }, changed) {
  const editor = new FormEditor({ container: canvas });
  editor.on("commandStack.changed", changed);
  return {
    load: async (text) => editor.importSchema(JSON.parse(text)),
    text: async () => `${JSON.stringify(editor.saveSchema(), null, 2)}\n`,
  };
}
