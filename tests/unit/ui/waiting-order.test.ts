import { expect, test } from 'vitest';
import { orderWith, placeBeside } from '../../../src/lib/ui/state/waiting-order.ts';

const line = ['a', 'b', 'c', 'd', 'e'];

test.each([
  { moved: ['d'], before: 'b', order: ['d', 'b', 'c'] },
  { moved: ['a'], before: undefined, order: ['b', 'c', 'd', 'e', 'a'] },
  { moved: ['e', 'c'], before: 'a', order: ['c', 'e', 'a', 'b', 'd'] },
  { moved: ['b'], before: 'b', order: [] },
  { moved: ['b', 'c'], before: 'c', order: [] },
  { moved: ['a'], before: 'b', order: [] },
  { moved: ['gone'], before: 'a', order: [] },
])('$moved before $before takes the turns of $order alone', ({ moved, before, order }) => {
  expect(orderWith(line, moved, { before })).toEqual(order);
});

test.each([
  { moved: ['c'], direction: 'earlier', all: false, order: ['c', 'b'] },
  { moved: ['c'], direction: 'later', all: false, order: ['d', 'c'] },
  { moved: ['b', 'c'], direction: 'later', all: false, order: ['d', 'b', 'c'] },
  { moved: ['d', 'e'], direction: 'earlier', all: true, order: ['d', 'e', 'a', 'b', 'c'] },
  { moved: ['a'], direction: 'earlier', all: false, order: [] },
  { moved: ['e'], direction: 'later', all: false, order: [] },
  { moved: ['a'], direction: 'later', all: true, order: ['b', 'c', 'd', 'e', 'a'] },
] as const)('$moved, $direction (all the way: $all), gives $order', ({ moved, direction, all, order }) => {
  expect(orderWith(line, moved, placeBeside(line, moved, direction, all))).toEqual(order);
});
