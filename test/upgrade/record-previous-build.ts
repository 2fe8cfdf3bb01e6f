// node --conditions=source test/upgrade/record-previous-build.ts [COMMIT]: moves the build before this one on.
// What is recorded counts when `vitest run test/upgrade` passes with it.
import { recordPrevious } from '../rig/plane/previous-build.ts'

process.stdout.write(`${recordPrevious(process.argv[2] ?? 'HEAD')}\n`)
