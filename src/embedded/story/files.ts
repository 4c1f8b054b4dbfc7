/** What lies in the story's repository, and what its people change. */
export type Texts = Readonly<Record<string, string>>;

const price = `// Prices are whole cents.
export function total(items) {
  return items.reduce((sum, { price, count }) => sum + price * count, 0);
}
`;

const test = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { total } from '../src/price.js';

test('an empty basket costs nothing', () => {
  assert.equal(total([]), 0);
});

test('each item counts as often as it is bought', () => {
  assert.equal(total([{ price: 250, count: 2 }, { price: 100, count: 1 }]), 600);
});
`;

/** The first commit; `workflow` is the workflow file of the tests. */
export function seedFiles({ workflow, configYaml, pluginsYaml, jobsYaml }: Readonly<{ workflow?: string; configYaml: string; pluginsYaml: string; jobsYaml?: string }>): Texts {
  return {
    'README.md': '# Shop\n\nA small shop. `npm test` tests it; pull requests are merged by Prow.\n',
    'package.json': `${JSON.stringify({ name: 'shop', version: '1.0.0', private: true, type: 'module', scripts: { test: 'node --test' } }, null, 2)}\n`,
    'src/price.js': price,
    'test/price.test.js': test,
    'OWNERS': 'approvers:\n- ada\nreviewers:\n- shop-reviewers\n',
    'OWNERS_ALIASES': 'aliases:\n  shop-reviewers:\n  - ada\n  - ben\n',
    ...(workflow !== undefined && { '.github/workflows/test.yml': workflow }),
    'prow/config.yaml': configYaml,
    'prow/plugins.yaml': pluginsYaml,
    ...(jobsYaml !== undefined && { 'prow/jobs/shop.yaml': jobsYaml }),
  };
}

const wrap = (body: string): string => `import { total } from './price.js';

const WRAPPING = 300;

/** The total of a basket that comes as a gift. */
export function giftTotal(items) {
${body}
}
`;

const wrapTest = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { giftTotal } from '../src/gift.js';

test('wrapping is paid once', () => {
  assert.equal(giftTotal([{ price: 250, count: 2 }]), 800);
});
`;

/** Nora's change: wrong at first, then right. */
export const gift = {
  branch: 'gift-wrapping',
  title: 'Offer gift wrapping',
  body: 'Baskets can come as a gift. Wrapping costs 3.00.',
  wrong: { 'src/gift.js': wrap('  return total(items.map((item) => ({ ...item, price: item.price + WRAPPING })));'), 'test/gift.test.js': wrapTest },
  right: { 'src/gift.js': wrap('  return items.length === 0 ? 0 : total(items) + WRAPPING;') },
} as const;

/** Ben's change, for the same branch. */
export const discount = {
  branch: 'volume-discount',
  title: 'Give a volume discount',
  body: 'Ten or more of one item cost 10 % less.',
  files: {
    'src/discount.js': `/** The price of one item, less a tenth from ten pieces on. */
export function discounted({ price, count }) {
  return count >= 10 ? Math.round(price * 0.9) : price;
}
`,
    'test/discount.test.js': `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { discounted } from '../src/discount.js';

test('ten pieces are cheaper', () => {
  assert.equal(discounted({ price: 100, count: 10 }), 90);
});
`,
  },
} as const;

/** Ben's other change. */
export const receipt = {
  branch: 'receipt',
  title: 'Print receipts',
  body: 'Each line of a receipt names an item, how many there are, and what they cost.',
  files: {
    'src/receipt.js': `/** One line of a receipt. */
export function line({ name, price, count }) {
  return \`\${count} x \${name}: \${(price * count / 100).toFixed(2)}\`;
}
`,
    'test/receipt.test.js': `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { line } from '../src/receipt.js';

test('a line names the sum', () => {
  assert.equal(line({ name: 'tea', price: 250, count: 2 }), '2 x tea: 5.00');
});
`,
  },
} as const;

/** The tests of pull requests; the comments say how the embedded GitHub, which runs no code, plays them. */
export const workflow = `name: Tests
# played: takes 2 s
# played: test fails when src/gift.js contains item.price + WRAPPING
on:
  pull_request:
  push:
    branches: [main]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
    - uses: actions/checkout@v4
    - run: npm test
`;
