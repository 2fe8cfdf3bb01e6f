// Made by ssh-keygen of OpenSSH 9.2, as git calls it; the key is of no use elsewhere.
/** The public key, as it stands in a `.pub` file. */
export const SSH_KEY = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAWOVYqo4FMOujOo3K/duqWicTJHMkDg6CWgVQBogBZU ada@example.com
`

/** A commit as `git commit -S` writes it with `gpg.format=ssh`. */
export const SSH_COMMIT = `tree 67d99b5477ce1dd758f39b41a9d3fe122dcd4a91
author Ada <ada@example.com> 1735689600 +0000
committer Ada <ada@example.com> 1735689600 +0000
gpgsig -----BEGIN SSH SIGNATURE-----
 U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgBY5ViqjgUw66M6jcr926paJxMk
 cyQODoJaBVAGiAFlQAAAADZ2l0AAAAAAAAAAZzaGE1MTIAAABTAAAAC3NzaC1lZDI1NTE5
 AAAAQDchLDF0pBW/OD4+HLdC6OaDjxXaNiT6B7/mZd53CKY2gtFn5l+vcz6kvH76j2gY6+
 guFj/UMpvWXMl3l4v12Q8=
 -----END SSH SIGNATURE-----

signed by ssh
`

/** The same with a signature that was made for files. */
export const SSH_COMMIT_AS_FILE = `tree 67d99b5477ce1dd758f39b41a9d3fe122dcd4a91
author Ada <ada@example.com> 1735689600 +0000
committer Ada <ada@example.com> 1735689600 +0000
gpgsig -----BEGIN SSH SIGNATURE-----
 U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgBY5ViqjgUw66M6jcr926paJxMk
 cyQODoJaBVAGiAFlQAAAAEZmlsZQAAAAAAAAAGc2hhNTEyAAAAUwAAAAtzc2gtZWQyNTUx
 OQAAAEBgpjSLHwBr5Elg6pfHkQVp1DJvq9O1Mvx6iSZXujvmywf9V4/FiRGdyJCnpVve+l
 5zgIpOY7eIBI4JBfUtaQEG
 -----END SSH SIGNATURE-----

signed by ssh
`
