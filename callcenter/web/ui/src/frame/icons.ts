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
  lost: PhoneFilled,
  cases: Tickets,
  aftercare: Finished,
  figures: TrendCharts,
  records: Document,
  account: User,
  calls: Phone,
  floor: Monitor,
  customers: UserFilled,
};
