import { createSessionToken } from './clerk.ts'

const clerkUserId = process.argv[2] ?? ''
if (!/^[A-Za-z0-9_-]{1,64}$/.test(clerkUserId)) {
  console.error('Usage: npm run -s token -- <clerk_user_id>   (1-64 of A-Za-z0-9_-)')
  process.exit(1)
}
console.log(await createSessionToken(clerkUserId))
