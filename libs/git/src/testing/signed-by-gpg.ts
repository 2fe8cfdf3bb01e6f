// Made by git 2.39.5 with gpg 2.2.40, whose key is of no use elsewhere.
/** The public key, as `gpg --armor --export` prints it. */
export const GPG_KEY = `-----BEGIN PGP PUBLIC KEY BLOCK-----

mDMEZ3SFgBYJKwYBBAHaRw8BAQdACEeJVcnRmzjuirdoU+jSP5VK/Kw1hrPzuajH
2t9KzZ60FUFkYSA8YWRhQGV4YW1wbGUuY29tPoiQBBMWCAA4FiEERfoPHfXJKpgV
dHZSF+3wXHV9sWYFAmd0hYACGwMFCwkIBwIGFQoJCAsCBBYCAwECHgECF4AACgkQ
F+3wXHV9sWY19gD/QR56erym0qhax4XLus312MFTeVARx3V19B7+0IeyDF0A/iHd
WwFKQ7BpSeXR72XJbAsd6tKF7NqoX7IFI2pYqNkC
=5gOa
-----END PGP PUBLIC KEY BLOCK-----
`

/** `git cat-file commit` of a commit that was made with `git commit -S`. */
export const GPG_COMMIT = `tree 67d99b5477ce1dd758f39b41a9d3fe122dcd4a91
author Ada <ada@example.com> 1735689600 +0000
committer Ada <ada@example.com> 1735689600 +0000
gpgsig -----BEGIN PGP SIGNATURE-----
 
 iHUEABYIAB0WIQRF+g8d9ckqmBV0dlIX7fBcdX2xZgUCZ3SFgAAKCRAX7fBcdX2x
 ZnaMAQCeo7OVrIVzt4mU3Mipq+HVdFLKO0x5BDyK6mDJB6B8VwEA6EaeVdyCD2lY
 Z5es98x0qwZ2e9r48IRWXdC4jk5jgQE=
 =LKKk
 -----END PGP SIGNATURE-----

signed by gpg
`

/** `git cat-file tag` of a tag on it that was made with `git tag -s`. */
export const GPG_TAG = `object caf897ea1c2c15c8f5d7a6ffe2bcaea1aedd8063
type commit
tag v1.0.0
tagger Ada <ada@example.com> 1735689600 +0000

one
-----BEGIN PGP SIGNATURE-----

iHUEABYIAB0WIQRF+g8d9ckqmBV0dlIX7fBcdX2xZgUCZ3SFgAAKCRAX7fBcdX2x
ZjlMAP94o9pHDgKiSmxRSn0rJvSob0DbVSF6m51kBT3cpHVKOQEA3G5U+Ha6+Wdh
um7bEQSgwdmYEyxl9bzufb3tuaU+zA0=
=vWYf
-----END PGP SIGNATURE-----
`
