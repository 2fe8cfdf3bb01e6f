export { kubeContract, type KubeUnderTest } from './kube-contract.ts'
export { json, startScriptedServer } from './scripted-server.ts'
