// The read-only diagram of a model, with zoom and pan.
export { default as NavigatedViewer } from "bpmn-js/lib/NavigatedViewer";
