export { type GitHttp, type GitHttpOptions, startGitHttp } from './start-git-http.ts'
