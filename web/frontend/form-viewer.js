// Task forms drawn from their form-js schema. The server checks every answer again.
export { Form, createForm } from "@bpmn-io/form-js-viewer";
