import address from "../logo.svg";

/** The product's mark; decorative, because its name always stands beside it or on its link. */
export function Logo({ size = 32 }: { size?: number }) {
  return <img src={address} width={size} height={size} alt="" />;
}
