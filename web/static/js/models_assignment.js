// Who gets a user task, by form: a strategy and what it needs, written as the expression that the engine reads.
import { SelectEntry, TextFieldEntry, isSelectEntryEdited, isTextFieldEntryEdited } from "../vendor/bpmn-modeler.js";

const GROUPS = "camunda:candidateGroups";
const ASSIGNEE = "camunda:assignee";
// The attribute, the expression, and what stands in its holes: a kind of field with what it begins with.
const STRATEGIES = {
  unit_people: [GROUPS, '="unit:" + $0', ["unit", "unit"]],
  unit_head: [GROUPS, '="head:" + $0', ["unit", "unit"]],
  on_duty: [GROUPS, '="duty:" + $0', ["unit", "unit"]],
  superior_head: [GROUPS, '="head:" + superior of($0)', ["unit", "unit"]],
  superior_people: [GROUPS, '="unit:" + superior of($0)', ["unit", "unit"]],
  common_head: [GROUPS, '="head:" + common superior($0, $1)', ["unit", "unit"], ["other", "other_unit"]],
  function_people: [GROUPS, '="unit:" + unit for("$0", $1)', ["function", "justice"], ["unit", "unit"]],
  function_head: [GROUPS, '="head:" + unit for("$0", $1)', ["function", "justice"], ["unit", "unit"]],
  place_people: [GROUPS, '="unit:" + unit at($0)', ["place", "place_code"]],
  place_head: [GROUPS, '="head:" + unit at($0)', ["place", "place_code"]],
  least_loaded: [ASSIGNEE, '=least loaded("$0")', ["group", "role:"]],
};
const FIELDS = ["unit", "other", "function", "place", "group"];
// One argument: a name, a path, a text, or one call of these.
const HOLE = { unit: '((?:[^(),"]|"[^"]*"|\\([^()]*\\))+?)', other: '((?:[^(),"]|"[^"]*"|\\([^()]*\\))+?)', place: '((?:[^(),"]|"[^"]*"|\\([^()]*\\))+?)', function: '([^"]*)', group: '([^"]*)' };

function patternOf([, template, ...fields]) {
  const escaped = template.replace(/[\\^*+?.()|[\]{}]/g, "\\$&");
  return new RegExp(`^${escaped.replace(/\$(\d)/g, (_all, place) => HOLE[fields[Number(place)][0]])}$`);
}

const PATTERNS = Object.fromEntries(Object.entries(STRATEGIES).map(([key, strategy]) => [key, patternOf(strategy)]));
// The narrower first: a head "of a unit" would take any expression for the unit.
const ORDER = Object.keys(STRATEGIES).sort((one, other) => STRATEGIES[other][1].length - STRATEGIES[one][1].length);

// What the task says now: the strategy with its values; "groups" for plain names, "own" for another expression.
export function readAssignment(object) {
  const groups = object.get(GROUPS) ?? "";
  const assignee = object.get(ASSIGNEE) ?? "";
  for (const key of ORDER) {
    const [attribute, , ...fields] = STRATEGIES[key];
    const found = (attribute === GROUPS ? groups : assignee).trim().match(PATTERNS[key]);
    if (found && (attribute === GROUPS ? assignee : groups) === "") {
      return { key, values: Object.fromEntries(fields.map(([field], place) => [field, found[place + 1].trim()])) };
    }
  }
  const isPlain = !assignee && !groups.trim().startsWith("=") && !groups.includes("${");
  return { key: isPlain ? "groups" : "own", values: {} };
}

function expressionOf(key, values) {
  const [, template, ...fields] = STRATEGIES[key];
  return template.replace(/\$(\d)/g, (_all, place) => {
    const [field, first] = fields[Number(place)];
    return values[field] || first;
  });
}

export function assignmentEntries(words, { useServices, objectOf, readProperty, writeProperty }) {
  function write(services, element, key, values) {
    const attribute = STRATEGIES[key]?.[0];
    const text = attribute ? expressionOf(key, values) : undefined;
    services.modeling.updateModdleProperties(element, objectOf(element), {
      [GROUPS]: attribute === GROUPS ? text : undefined, [ASSIGNEE]: attribute === ASSIGNEE ? text : undefined,
    });
  }

  const strategy = {
    id: "liandong-strategy",
    isEdited: isSelectEntryEdited,
    component: ({ element, id }) => {
      const services = useServices();
      const now = readAssignment(objectOf(element));
      const keys = ["groups", ...Object.keys(STRATEGIES), ...(now.key === "own" ? ["own"] : [])];
      return SelectEntry({
        element, id, label: words.strategy, description: words.strategy_hint, getValue: () => now.key,
        setValue: (key) => { if (key !== "own" && key !== now.key) write(services, element, key, now.values); },
        getOptions: () => keys.map((value) => ({ value, label: words[`strategy_${value}`] })),
      });
    },
  };
  const fields = FIELDS.map((field) => ({
    id: `liandong-strategy-${field}`,
    isEdited: isTextFieldEntryEdited,
    field,
    component: ({ element, id }) => {
      const services = useServices();
      return TextFieldEntry({
        element, id, label: words[`strategy_${field}`], description: words[`strategy_${field}_hint`] ?? "",
        debounce: services.debounce, getValue: () => readAssignment(objectOf(element)).values[field] ?? "",
        setValue: (value) => {
          const { key, values } = readAssignment(objectOf(element));
          if (STRATEGIES[key]) write(services, element, key, { ...values, [field]: (value ?? "").trim() });
        },
      });
    },
  }));
  const parties = {
    id: "liandong-conflictWith",
    isEdited: isTextFieldEntryEdited,
    component: ({ element, id }) => {
      const services = useServices();
      return TextFieldEntry({
        element, id, label: words.conflictWith, description: words.conflictWith_hint, debounce: services.debounce,
        getValue: () => readProperty(objectOf(element), "conflictWith"),
        setValue: (value) => writeProperty(services, element, objectOf(element), "conflictWith", value || undefined),
      });
    },
  };

  // Only the fields that the chosen strategy has.
  return (object) => {
    const wanted = (STRATEGIES[readAssignment(object).key] ?? []).slice(2).map(([field]) => field);
    return [strategy, ...fields.filter(({ field }) => wanted.includes(field)), parties];
  };
}
