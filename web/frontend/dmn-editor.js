// The editor of decision tables.
export { default as DmnModeler } from "dmn-js/lib/Modeler";
