import { expect, test } from '@jest/globals';
import { canonicalQuantity } from '../../../src/config/kube/quantity.js';

test.each<[string | number, string | undefined]>([
  ['2000m', '2'], ['100m', '100m'], [0.5, '500m'], ['0.1', '100m'], [4, '4'], ['1024Mi', '1Gi'], ['1.5Gi', '1536Mi'], ['16000Mi', '16000Mi'], ['0.5Mi', '512Ki'], ['1000', '1k'], ['12000M', '12G'],
  ['512', '512'], ['0Gi', '0'], ['0.5Ki', '512'], ['1023Ki', '1023Ki'], ['1e3', '1e3'], ['12e4', '120e3'], ['1E', '1E'], ['2Ei', '2Ei'], ['0.0000000001', '1n'], ['-2000m', '-2'], ['1.0', '1'],
  ['', undefined], ['lots', undefined], ['1 Gi', undefined], ['1e9999', undefined], ['1Gii', undefined],
])('%p is %p', (given, want) => expect(canonicalQuantity(given)).toBe(want));
