import { expect, test } from "vitest";

import { beyond } from "./beyond";

test("more is told of on the side on which something is not seen", () => {
  expect(beyond(0, 735, 735)).toEqual({ before: false, after: false });
  expect(beyond(0, 735, 823)).toEqual({ before: false, after: true });
  expect(beyond(40, 735, 823)).toEqual({ before: true, after: true });
  expect(beyond(87.5, 735, 823)).toEqual({ before: true, after: false });
});
