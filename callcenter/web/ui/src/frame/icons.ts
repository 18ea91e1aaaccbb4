/** What stands beside a page's name in the rail. */
/** The icon of each page in the rail: a line each. */
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
} from "@element-plus/icons-vue";

export const ICONS = {
  account: User,
  aftercare: Finished,
  cases: Tickets,
  day: DataAnalysis,
  desk: Service,
  figures: TrendCharts,
  floor: Monitor,
  lost: PhoneFilled,
  records: Document,
};
