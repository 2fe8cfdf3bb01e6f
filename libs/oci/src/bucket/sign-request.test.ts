import { Secret } from '@tidemark/kernel'
import { expect, test } from 'vitest'
import { signRequest } from './sign-request.ts'

// The examples of the Amazon S3 API reference, "Signature Calculations for the Authorization Header".
test.each([
  ['?lifecycle', 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543'],
  ['?max-keys=2&prefix=J', '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7'],
])('a request for %s is signed as Amazon signs it', (query, signature) => {
  const headers = signRequest({
    url: new URL(`https://examplebucket.s3.amazonaws.com/${query}`),
    region: 'us-east-1',
    nowMs: Date.UTC(2013, 4, 24),
    login: {
      accessKey: 'AKIAIOSFODNN7EXAMPLE',
      secretKey: new Secret('wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'),
    },
  })
  expect(headers['authorization']).toBe(
    `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=${signature}`,
  )
})
