/** What stands beside a page's name in the rail. */
import {
  DataAnalysis,
  Document,
  Monitor,
  PhoneFilled,
  Service,
  Tickets,
  User,
  UserFilled,
} from "@element-plus/icons-vue";

export const ICONS = {
  desk: Service,
  day: DataAnalysis,
  floor: Monitor,
  lost: PhoneFilled,
  cases: Tickets,
  records: Document,
  account: User,
  customers: UserFilled,
};
