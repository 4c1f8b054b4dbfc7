/** The key that the test run has for Apps of embedded GitHubs; making one takes a quarter of a second. */
export function appKey(): Readonly<{ appKey?: string }> {
  const { TEST_APP_KEY: key } = process.env;
  return key === undefined ? {} : { appKey: key };
}
