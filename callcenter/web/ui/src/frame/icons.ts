/** What stands beside a page's name in the rail. */
import {
  DataBoard,
  Document,
  Finished,
  Monitor,
  Phone,
  PhoneFilled,
  Service,
  SetUp,
  Setting,
  TrendCharts,
  Trophy,
} from "@element-plus/icons-vue";

export const ICONS = {
  desk: Service,
  floor: Monitor,
  lost: PhoneFilled,
  records: Document,
  review: Finished,
  scores: Trophy,
  trial: SetUp,
  walls: DataBoard,
  figures: TrendCharts,
  calls: Phone,
  admin: Setting,
};
