import { TourAutomatic } from "@web_tour/js/tour_automatic/tour_automatic";

// Ten seconds, as a step has by default, are not enough on a machine with other work to do. A step
// that will never come fails a little later; all others start as early as ever.
TourAutomatic.prototype.timeout = 60000;
