import { LedgerFault, LedgerFaultCode, type AppendRequest } from '@tidemark/contracts'
import type { OperatingError } from '@tidemark/kernel'
import {
  CommandReused,
  CursorMoved,
  InvalidAppend,
  LedgerUnavailable,
  NotAllowed,
  StaleEpoch,
  WrongVersion,
} from '../errors.ts'

const CODES: Readonly<Record<string, LedgerFaultCode>> = {
  'wrong-version': LedgerFaultCode.LEDGER_FAULT_CODE_WRONG_VERSION,
  'already-exists': LedgerFaultCode.LEDGER_FAULT_CODE_ALREADY_EXISTS,
  'stale-epoch': LedgerFaultCode.LEDGER_FAULT_CODE_STALE_EPOCH,
  'cursor-moved': LedgerFaultCode.LEDGER_FAULT_CODE_CURSOR_MOVED,
  'not-allowed': LedgerFaultCode.LEDGER_FAULT_CODE_NOT_ALLOWED,
  'invalid-append': LedgerFaultCode.LEDGER_FAULT_CODE_INVALID,
  'ledger-unavailable': LedgerFaultCode.LEDGER_FAULT_CODE_UNAVAILABLE,
}

/** What the ledger's error is on the wire. */
export function faultOf(error: OperatingError): LedgerFault {
  const code = CODES[error.code] ?? LedgerFaultCode.LEDGER_FAULT_CODE_UNAVAILABLE
  const where = error instanceof WrongVersion ? { stream: error.stream, version: error.actual } : {}
  return LedgerFault.fromPartial({ code, message: error.message, ...where })
}

/** The error again, as the store itself would have thrown it. `asked` is what the fault answers. */
export function errorOf(
  fault: LedgerFault,
  what: string,
  asked?: Pick<AppendRequest, 'commandId' | 'epoch' | 'cursor'>,
): OperatingError {
  switch (fault.code) {
    case LedgerFaultCode.LEDGER_FAULT_CODE_WRONG_VERSION:
      return new WrongVersion(fault.stream, fault.version)
    case LedgerFaultCode.LEDGER_FAULT_CODE_ALREADY_EXISTS:
      return new CommandReused(asked?.commandId ?? '')
    case LedgerFaultCode.LEDGER_FAULT_CODE_STALE_EPOCH:
      return new StaleEpoch(asked?.epoch?.resource ?? '', asked?.epoch?.epoch ?? 0n)
    case LedgerFaultCode.LEDGER_FAULT_CODE_CURSOR_MOVED:
      return new CursorMoved(asked?.cursor?.name ?? '', asked?.cursor?.from ?? 0n)
    case LedgerFaultCode.LEDGER_FAULT_CODE_NOT_ALLOWED:
      return new NotAllowed(fault.message)
    case LedgerFaultCode.LEDGER_FAULT_CODE_INVALID:
      return new InvalidAppend(fault.message)
    default:
      // Also what a newer ledger says and this build does not know: the outcome is unknown.
      return new LedgerUnavailable(what, new Error(fault.message))
  }
}
