// What Liandong reads beside plain BPMN, as one group of the properties panel: attributes and named properties.
import { assignmentEntries } from "./models_assignment.js";
import { ballotEntries } from "./models_ballot.js";
import { CheckboxEntry, SelectEntry, TextAreaEntry, TextFieldEntry, isCheckboxEntryEdited, isSelectEntryEdited, isTextAreaEntryEdited, isTextFieldEntryEdited, useService } from "../vendor/bpmn-modeler.js";

const KINDS = {
  "bpmn:UserTask": ["candidateGroups", "assignee", "formKey", "dueDate", "priority", "completedBy", "notCompletedBy"],
  "bpmn:BusinessRuleTask": ["decisionRef", "resultVariable"],
  "bpmn:ScriptTask": ["scriptFormat", "script", "resultVariable"],
  "bpmn:ServiceTask": ["topic"],
  "bpmn:SendTask": ["topic"],
  "bpmn:CallActivity": ["calledElement"],
  "bpmn:SequenceFlow": ["condition"],
  "bpmn:Process": ["retention", "lane", "startedBy"],
};
const ATTRIBUTES = {
  candidateGroups: "camunda:candidateGroups", assignee: "camunda:assignee", formKey: "camunda:formKey",
  dueDate: "camunda:dueDate", priority: "camunda:priority", decisionRef: "camunda:decisionRef",
  resultVariable: "camunda:resultVariable", calledElement: "calledElement", script: "script",
  scriptFormat: "scriptFormat", retention: "camunda:historyTimeToLive", topic: "camunda:topic",
};
const PROPERTIES = { completedBy: "completedBy", notCompletedBy: "notCompletedBy", lane: "liandong:lane", startedBy: "startedBy" };

// Without the property a task allows them all; an empty one allows none.
const VERBS = ["transfer", "delegate", "sign", "return", "take_back", "copy", "urge"];

// Of a pool, what counts is its process.
function objectOf(element) {
  return element.businessObject?.processRef ?? element.businessObject;
}

function findProperty(object, name) {
  const list = object.extensionElements?.values?.find((value) => value.$type === "camunda:Properties");
  return list?.values?.find((value) => value.name === name);
}

function readVerbs(object) {
  const found = findProperty(object, "verbs");
  return found ? VERBS.filter((verb) => (found.value ?? "").split(/[\s,]+/).includes(verb)) : VERBS;
}

function verbEntry(verb, { words }) {
  const component = ({ element, id }) => {
    const services = useServices();
    const object = objectOf(element);
    return CheckboxEntry({
      element, id, label: words[`verb_${verb}`],
      getValue: () => readVerbs(object).includes(verb),
      setValue: (isAllowed) => {
        const allowed = VERBS.filter((other) => (other === verb ? isAllowed : readVerbs(object).includes(other)));
        writeProperty(services, element, object, "verbs", allowed.length === VERBS.length ? undefined : allowed.join(", "));
      },
    });
  };
  return { id: `liandong-verb-${verb}`, component, isEdited: isCheckboxEntryEdited };
}

function readProperty(object, name) {
  return findProperty(object, name)?.value ?? "";
}

// One change that can be undone as a whole, whichever of the three levels had to be made first.
function writeProperty(services, element, object, name, value) {
  const { factory, modeling } = services;
  const extension = object.extensionElements ?? factory.create("bpmn:ExtensionElements", { values: [] });
  const others = (extension.values ?? []).filter((item) => item.$type !== "camunda:Properties");
  const before = extension.values?.find((item) => item.$type === "camunda:Properties");
  const kept = (before?.values ?? []).filter((item) => item.name !== name);
  if (value !== undefined) kept.push(factory.create("camunda:Property", { name, value }));
  const values = kept.length ? [...others, factory.create("camunda:Properties", { values: kept })] : others;
  const made = values.length ? factory.create("bpmn:ExtensionElements", { values }) : undefined;
  for (const item of values) item.$parent = made;
  if (made) made.$parent = object;
  modeling.updateModdleProperties(element, object, { extensionElements: made });
}

function read(object, what) {
  if (what === "condition") return object.conditionExpression?.body ?? "";
  if (PROPERTIES[what]) return readProperty(object, PROPERTIES[what]);
  return String(object.get(ATTRIBUTES[what]) ?? "");
}

function write(services, element, object, what, value) {
  const { factory, modeling } = services;
  if (what === "condition") {
    const conditionExpression = value ? factory.create("bpmn:FormalExpression", { body: value }) : undefined;
    modeling.updateProperties(element, { conditionExpression });
  } else if (PROPERTIES[what]) {
    writeProperty(services, element, object, PROPERTIES[what], value || undefined);
  } else {
    const more = what === "topic" ? { "camunda:type": value ? "external" : undefined } : {};
    modeling.updateModdleProperties(element, object, { [ATTRIBUTES[what]]: value || undefined, ...more });
  }
}

function useServices() {
  return { factory: useService("bpmnFactory"), modeling: useService("modeling"), debounce: useService("debounceInput") };
}

function entryOf(what, { words, forms }) {
  const label = words[what] ?? what;
  const description = words[`${what}Hint`] ?? "";
  const common = ({ element, id }, services) => ({
    element, id, label, description, debounce: services.debounce,
    getValue: () => read(objectOf(element), what),
    setValue: (value) => write(services, element, objectOf(element), what, value),
  });
  if (what === "formKey" && forms.length) {
    const component = (props) => {
      const now = read(objectOf(props.element), what);
      const known = [...new Set(["", ...forms, now])].map((value) => ({ value, label: value || words.none }));
      return SelectEntry({ ...common(props, useServices()), getOptions: () => known });
    };
    return { id: `liandong-${what}`, component, isEdited: isSelectEntryEdited };
  }
  const isLong = what === "condition" || what === "script";
  const component = (props) => {
    const given = common(props, useServices());
    return isLong ? TextAreaEntry({ ...given, monospace: true, autoResize: true }) : TextFieldEntry(given);
  };
  return { id: `liandong-${what}`, component, isEdited: isLong ? isTextAreaEntryEdited : isTextFieldEntryEdited };
}

export function liandongProperties(settings) {
  // Made once: a field that is made anew at each change would lose the writer's place in it.
  const entries = Object.fromEntries(Object.entries(KINDS).map(([kind, names]) => [kind, names.map((what) => entryOf(what, settings))]));
  entries["bpmn:UserTask"].push(...VERBS.map((verb) => verbEntry(verb, settings)));
  const assignment = assignmentEntries(settings.words, { useServices, objectOf, readProperty, writeProperty });
  const ballots = ballotEntries(settings.words, { useServices, objectOf, readProperty, writeProperty });

  class LiandongProperties {
    constructor(propertiesPanel) {
      propertiesPanel.registerProvider(400, this);
    }

    getGroups(element) {
      const object = objectOf(element);
      const mine = Object.entries(entries).find(([kind]) => object?.$instanceOf?.(kind))?.[1];
      return (groups) => {
        if (mine) groups.splice(1, 0, { id: "liandong", label: settings.words.group, entries: mine, shouldOpen: true });
        if (object?.$instanceOf?.("bpmn:UserTask")) {
          groups.splice(2, 0, { id: "liandong-assignment", label: settings.words.assignmentGroup, entries: assignment(object), shouldOpen: false });
          const isBallot = readProperty(object, "ballot") !== "";
          groups.splice(2, 0, { id: "liandong-ballot", label: settings.words.ballotGroup, entries: isBallot ? ballots : ballots.slice(0, 1), shouldOpen: isBallot });
        }
        return groups;
      };
    }
  }
  LiandongProperties.$inject = ["propertiesPanel"];
  return { __init__: ["liandongProperties"], liandongProperties: ["type", LiandongProperties] };
}
