// The rules of a ballot as a form: a user task that names a variable for the result is put to the vote.
import { SelectEntry, TextAreaEntry, TextFieldEntry, isSelectEntryEdited, isTextAreaEntryEdited, isTextFieldEntryEdited } from "../vendor/bpmn-modeler.js";

// Name of the property, and the words that it may be; none: free text, "long": an expression over several lines.
const RULES = [
  ["ballot"],
  ["ballot.voters", "long"],
  ["ballot.inner", ["head", "anyone"]],
  ["ballot.choices"],
  ["ballot.reasons"],
  ["ballot.threshold"],
  ["ballot.thresholdBase", ["cast", "present", "all"]],
  ["ballot.quorum"],
  ["ballot.quorumBase", ["all", "present"]],
  ["ballot.weights", "long"],
  ["ballot.veto"],
  ["ballot.lead"],
  ["ballot.co"],
  ["ballot.chair"],
  ["ballot.chairLast", ["false", "true"]],
  ["ballot.tie", ["rejected", "chair", "again"]],
  ["ballot.earlyEnd", ["true", "false"]],
  ["ballot.silence", ["absent", "no_objection", "extend"]],
  ["ballot.extension"],
  ["ballot.secrecy", ["open", "after_close", "secret"]],
  ["ballot.text", "long"],
  ["ballot.items", "long"],
  ["ballot.rounds"],
];

function wordOf(name) {
  return name === "ballot" ? "ballot_result" : name.replace(".", "_");
}

export function ballotEntries(words, { useServices, objectOf, readProperty, writeProperty }) {
  return RULES.map(([name, kind]) => {
    const key = wordOf(name);
    const common = ({ element, id }, services) => ({
      element, id, label: words[key], description: words[`${key}_hint`] ?? "", debounce: services.debounce,
      getValue: () => readProperty(objectOf(element), name),
      setValue: (value) => writeProperty(services, element, objectOf(element), name, value || undefined),
    });
    const id = `liandong-${name.replace(".", "-")}`;
    if (Array.isArray(kind)) {
      // The first word is what holds without the property.
      const options = kind.map((value, place) => ({ value: place ? value : "", label: words[`${key}_${value}`] }));
      const component = (props) => {
        const given = common(props, useServices());
        const read = given.getValue;
        return SelectEntry({ ...given, getValue: () => (read() === kind[0] ? "" : read()), getOptions: () => options });
      };
      return { id, component, isEdited: isSelectEntryEdited };
    }
    if (kind === "long") {
      const component = (props) => TextAreaEntry({ ...common(props, useServices()), monospace: true, autoResize: true });
      return { id, component, isEdited: isTextAreaEntryEdited };
    }
    return { id, component: (props) => TextFieldEntry(common(props, useServices())), isEdited: isTextFieldEntryEdited };
  });
}
