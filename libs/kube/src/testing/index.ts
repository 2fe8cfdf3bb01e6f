export { kubeContract, type KubeUnderTest } from './kube-contract.ts'
