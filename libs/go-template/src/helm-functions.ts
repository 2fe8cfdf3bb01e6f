import { type GoFunction } from './function.ts'
import { builtinFunctions } from './functions/builtin.ts'
import { cryptoFunctions } from './functions/crypto.ts'
import { dateFunctions } from './functions/dates.ts'
import { dictFunctions } from './functions/dicts.ts'
import { emptinessFunctions } from './functions/emptiness.ts'
import { encodingFunctions } from './functions/encoding.ts'
import { jsonFunctions } from './functions/json.ts'
import { letterCaseFunctions } from './functions/letter-case.ts'
import { listFunctions } from './functions/lists.ts'
import { mathFunctions } from './functions/math.ts'
import { pathFunctions } from './functions/paths.ts'
import { priced } from './functions/prices.ts'
import { randomFunctions } from './functions/random.ts'
import { regexFunctions } from './functions/regex.ts'
import { semverFunctions } from './functions/semver.ts'
import { stringFunctions } from './functions/strings.ts'
import { templateFunctions } from './functions/template-functions.ts'
import { tomlFunctions } from './functions/toml.ts'
import { typeFunctions } from './functions/types.ts'
import { urlFunctions } from './functions/urls.ts'
import { wordCaseFunctions } from './functions/word-case.ts'
import { yamlFunctions } from './functions/yaml.ts'
import { type FunctionTable } from './template-set.ts'

/**
 * Every function that a template of Helm 3.22 sees, but `lookup`, which needs a port: text/template of Go
 * 1.26, sprig v3.3.0 without `env` and `expandenv`, and Helm's own. Later ones stand in for earlier ones.
 */
export const helmFunctions: FunctionTable = new Map<string, GoFunction>(
  [
    builtinFunctions,
    stringFunctions,
    letterCaseFunctions,
    wordCaseFunctions,
    mathFunctions,
    emptinessFunctions,
    listFunctions,
    dictFunctions,
    typeFunctions,
    pathFunctions,
    urlFunctions,
    regexFunctions,
    semverFunctions,
    dateFunctions,
    encodingFunctions,
    randomFunctions,
    cryptoFunctions,
    jsonFunctions,
    yamlFunctions,
    tomlFunctions,
    templateFunctions,
  ].flatMap((functions) => Object.entries(functions).map(priced)),
)
