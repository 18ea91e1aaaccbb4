/** What stands beside a page's name in the rail. */
import {
  DataAnalysis,
  Document,
  Finished,
  Monitor,
  Phone,
  PhoneFilled,
  Service,
  Tickets,
  TrendCharts,
  User,
  UserFilled,
} from "@element-plus/icons-vue";

export const ICONS = {
  desk: Service,
  day: DataAnalysis,
  floor: Monitor,
  lost: PhoneFilled,
  cases: Tickets,
  customers: UserFilled,
  records: Document,
  account: User,
  aftercare: Finished,
  figures: TrendCharts,
  calls: Phone,
};
