// The editor of forms.
export { FormEditor } from "@bpmn-io/form-js-editor";
