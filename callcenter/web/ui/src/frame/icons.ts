/** What stands beside a page's name in the rail. */
import {
  DataAnalysis,
  Document,
  Monitor,
  Phone,
  PhoneFilled,
  Service,
  Tickets,
  User,
  UserFilled,
} from "@element-plus/icons-vue";

export const ICONS = {
  desk: Service,
  day: DataAnalysis,
  calls: Phone,
  lost: PhoneFilled,
  cases: Tickets,
  records: Document,
  account: User,
  floor: Monitor,
  customers: UserFilled,
};
