import type { Secret } from '@tidemark/kernel'
import type { AddressPolicy } from './address-policy.ts'
import type { Commit } from './objects/commit.ts'
import type { TreeEntry } from './objects/tree.ts'

/**
 * A place that commits are read from. Every method may throw `GitRefused` (the answer is no) or an
 * `OperatingError` (there is no answer: `SourceUnavailable`, `SourceTimeout`), and passes on the reason of
 * `signal` when that is aborted. No message of an error holds a credential.
 *
 * The objects of a fetched commit MUST be read before the next `fetch` of another one ends its stay in the
 * cache; what is kept for longer is kept by the caller, under digests of its own.
 */
export interface GitSource extends AsyncDisposable {
  /**
   * The commit that a ref names now, by one listing of refs: the whole cost of a poll that finds nothing
   * new. A ref that is a commit id costs nothing. (A `semver` tie between builds reads those commits.)
   */
  resolve(ref: GitRef, signal: AbortSignal): Promise<Resolution>
  /** Brings a commit, its tree and the tag that names it here, depth 1, sending only what is not here yet; reads the commit. */
  fetch(resolution: Resolution, signal: AbortSignal): Promise<Commit>
  /** Every file of a fetched commit, sorted by the bytes of its path. Trees already seen cost nothing. */
  tree(commit: Commit, signal: AbortSignal): Promise<readonly TreeEntry[]>
  /**
   * Contents of files by object id, each checked against its id: in the order asked for, but those that have to be
   * brought, of a repository whose contents come on demand, after those that are here.
   */
  blobs(oids: readonly string[], signal: AbortSignal): AsyncIterable<Blob>
  /**
   * Whether `commit` has `ancestor` behind it. `no` is a force push. History is deepened for it in steps,
   * commits only where the server can filter; past the bound the answer is `unknown`.
   */
  descends(commit: Commit, ancestor: string, signal: AbortSignal): Promise<Descent>
}

/** The same for many repositories: what a process opens once. Disposing it ends its child processes. */
export interface Git extends AsyncDisposable {
  /** `git 2.39.5` or `isomorphic-git`: for logs and `doctor`. */
  readonly engine: string
  /** Refuses by `GitRefused` a URL that is malformed or that the policy does not allow. No I/O to the remote. */
  open(remote: Remote): Promise<GitSource>
}

export interface Remote {
  /** `https://`, `http://`, `ssh://`, `file://`, or a path. */
  readonly url: string
  readonly policy: AddressPolicy
  readonly credentials?: GitCredentials
  /** Goes before what the environment says. */
  readonly proxy?: ProxyChoice
  /**
   * Whether contents come with a commit, or when they are read and then in one more request: for who keeps few of many
   * files. A server that cannot leave them out sends them all the same.
   */
  readonly contents?: 'with the commit' | 'on demand'
  /** Milliseconds for one call, instead of the limit of all: `spec.timeout`. */
  readonly timeoutMs?: number
}

/** A proxy that a source names. */
export interface ProxyChoice {
  /** `http://host:port`, `https://host:port` or `socks5://host:port`. */
  readonly address: string
  readonly username: string
  readonly password: Secret<string>
}

export interface GitCredentials {
  /** Sent with every request to this server, never to another. */
  readonly login?: BasicLogin | BearerLogin
  /** PEM certificates that are trusted beside the usual ones. */
  readonly certificateAuthority?: string
  /** Signs in over SSH; without it an `ssh://` source is refused. */
  readonly ssh?: SshLogin
  /** PEM pair that we show to the server (mutual TLS). */
  readonly clientCertificate?: { readonly certificate: string; readonly key: Secret<string> }
}

export interface BasicLogin {
  readonly kind: 'basic'
  readonly username: string
  readonly password: Secret<string>
  /** Stands for the login where its password is a token that changes: who has it shares a cache. */
  readonly account?: string
}

export interface SshLogin {
  /** A private key in the form of OpenSSH or PEM. */
  readonly identity: Secret<string>
  /** Opens the key, where it needs that. */
  readonly passphrase?: Secret<string>
  /** The keys that the server may have, in the lines of OpenSSH's file. */
  readonly knownHosts: string
}

export interface BearerLogin {
  readonly kind: 'bearer'
  readonly token: Secret<string>
}

/**
 * Which commit is wanted, in the fields of Flux's `GitRepository.spec.ref`. When several are set the first
 * of commit, name, semver, tag, branch counts, as in source-controller 1.9; when none is, branch `master`.
 */
export interface GitRef {
  readonly commit?: string
  readonly name?: string
  readonly semver?: string
  readonly tag?: string
  readonly branch?: string
}

export interface Resolution {
  /** `main@sha1:<id>`, `v1.2.3@sha1:<id>`, `refs/pull/7/head@sha1:<id>` or `sha1:<id>`, as Flux spells it. */
  readonly revision: string
  readonly commit: string
  /** What the server names by that ref: the tag object of an annotated tag, else the commit itself. */
  readonly advertised: string
  /** The tag that the ref is, as `v1.2.3`. */
  readonly tagName?: string
  /** The branch that the commit is on, for a server that gives out nothing but branches. */
  readonly branch?: string
}

export interface Blob {
  readonly oid: string
  readonly bytes: Uint8Array
}

export type Descent = 'yes' | 'no' | 'unknown'
