// The editor of diagrams with its properties panel, and what our own part of that panel is built from.
export { default as Modeler } from "bpmn-js/lib/Modeler";
export { BpmnPropertiesPanelModule, BpmnPropertiesProviderModule, useService } from "bpmn-js-properties-panel";
export { CheckboxEntry, SelectEntry, TextAreaEntry, TextFieldEntry, isCheckboxEntryEdited, isSelectEntryEdited, isTextAreaEntryEdited, isTextFieldEntryEdited } from "@bpmn-io/properties-panel";
export { default as MinimapModule } from "diagram-js-minimap";
export { default as CamundaModdle } from "camunda-bpmn-moddle/resources/camunda.json";
