// Translate hct_rules.cql and run each rule on every combination of true, false and null of its inputs.
// Prints JSON: rule -> {inputs, answers}, answers a letter a combination (y, n, u), the last input turning fastest.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { join } from "node:path";

const [folder, source] = process.argv.slice(2);
const require = createRequire(join(folder, "package.json"));
const translator = await import(pathToFileURL(join(folder, "node_modules/@cqframework/cql/cql-to-elm.mjs")).href);
const execution = require("cql-execution");

// The translator wants to be told the system's types; these are all that a rule on booleans needs.
const TYPES = ("Any Boolean Integer Long Decimal String DateTime Date Time Quantity Ratio Code Concept " +
  "Vocabulary CodeSystem ValueSet").split(" ");
const typeInfo = (name) =>
  `<typeInfo xsi:type="SimpleTypeInfo" name="System.${name}"${name === "Any" ? "" : ' baseType="System.Any"'}/>`;
const modelInfo =
  '<modelInfo xmlns="urn:hl7-org:elm-modelinfo:r1" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ' +
  `name="System" version="1.0.0" url="urn:hl7-org:elm-types:r1">${TYPES.map(typeInfo).join("")}</modelInfo>`;

const models = new translator.ModelManager();
models.modelInfoLoader.registerModelInfoProvider(
  translator.createModelInfoProvider((id) => (id === "System" ? translator.stringAsSource(modelInfo) : null)),
);
const translated = translator.CqlTranslator.fromText(readFileSync(source, "utf8"), new translator.LibraryManager(models));
const elm = JSON.parse(translated.toJson());
const faults = (elm.library.annotation ?? []).filter((note) => note.type === "CqlToElmError");
if (faults.length) throw new Error(JSON.stringify(faults));
const library = new execution.Library(elm);

const inputsOf = (node) => {
  if (Array.isArray(node)) return node.flatMap(inputsOf);
  if (node === null || typeof node !== "object") return [];
  return [...(node.type === "ParameterRef" ? [node.name] : []), ...Object.values(node).flatMap(inputsOf)];
};
const combinations = (n) => (n === 0 ? [[]] : combinations(n - 1).flatMap((rest) => [true, false, null].map((last) => [...rest, last])));
const letter = (answer) => (answer === null ? "u" : answer ? "y" : "n");

const found = {};
for (const rule of elm.library.statements.def) {
  const inputs = [...new Set(inputsOf(rule.expression))];
  const answers = [];
  for (const values of combinations(inputs.length)) {
    const parameters = Object.fromEntries(inputs.map((name, place) => [name, values[place]]));
    const context = new execution.Executor(library, null, parameters);
    const results = await context.exec(new execution.PatientSource([]));
    answers.push(letter(results.unfilteredResults[rule.name]));
  }
  found[rule.name] = { inputs, answers: answers.join("") };
}
console.log(JSON.stringify(found, null, 1));
