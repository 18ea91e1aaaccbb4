/** The icon of each page in the rail: a line each. */
import {
  DataAnalysis,
  Document,
  Finished,
  Monitor,
  PhoneFilled,
  Service,
  Tickets,
  TrendCharts,
  User,
  UserFilled,
} from "@element-plus/icons-vue";

export const ICONS = {
  account: User,
  aftercare: Finished,
  cases: Tickets,
  customers: UserFilled,
  day: DataAnalysis,
  desk: Service,
  figures: TrendCharts,
  floor: Monitor,
  lost: PhoneFilled,
  records: Document,
};
