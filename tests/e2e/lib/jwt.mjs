import { createHmac } from 'node:crypto'

export const ISSUER = 'https://ref.supabase.test/auth/v1'
const SECRET = 'super-secret-jwt-token-with-at-least-32-characters-long'

/** Settings of a server that takes the tokens below, to the second. */
export const SETTINGS = { 'Auth:Mode': 'jwt', 'Auth:Jwt:Secret': SECRET, 'Auth:Jwt:Issuer': ISSUER, 'Auth:Jwt:ClockSkew': '00:00:00' }

/** A token as Supabase Auth makes it, good for so many seconds. */
export function tokenOf(user, seconds = 3600) {
  const now = Math.floor(Date.now() / 1000)
  const claims = { sub: user, iss: ISSUER, aud: 'authenticated', role: 'authenticated', iat: now, exp: now + seconds }
  const text = [{ alg: 'HS256', typ: 'JWT' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  return `${text}.${createHmac('sha256', SECRET).update(text).digest('base64url')}`
}

export const bearer = (token) => ({ Authorization: `Bearer ${token}` })
