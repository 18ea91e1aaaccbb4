/** What stands beside a page's name in the rail. */
import {
  DataAnalysis,
  Document,
  Finished,
  Monitor,
  Phone,
  PhoneFilled,
  Service,
  SetUp,
  Tickets,
  TrendCharts,
  Trophy,
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
  review: Finished,
  scores: Trophy,
  trial: SetUp,
  account: User,
  aftercare: Finished,
  figures: TrendCharts,
  calls: Phone,
};
