import {
  BellRing,
  ChartColumn,
  Gauge,
  MapPin,
  Ruler,
  Send,
  Settings,
  Thermometer,
} from 'lucide-react';

/** The pages of the navigation, in its order. */
export const PAGES = [
  { to: '/', name: 'overview', icon: Gauge },
  { to: '/sensors', name: 'sensors', icon: Thermometer },
  { to: '/places', name: 'places', icon: MapPin },
  { to: '/alerts', name: 'alerts', icon: BellRing },
  { to: '/rules', name: 'rules', icon: Ruler },
  { to: '/notifications', name: 'notifications', icon: Send },
  { to: '/alarm-quality', name: 'quality', icon: ChartColumn },
  { to: '/settings', name: 'settings', icon: Settings },
] as const;
