// Random templates with our engine and with the real one: see test/conformance/oracle/run.ts.
import '../conformance/oracle/run.ts'
