using System.Globalization;
using System.Security.Claims;

namespace Dispatch.Server.Access;

/// <summary>Who calls, as his sign-in says: read from claims, so no request needs a look-up to know its region.</summary>
internal sealed record Caller(Guid AccountId, Role Role, string RegionPath, Guid VolunteerId)
{
    public const string AccountClaim = "account", RoleClaim = "role", PathClaim = "path", VolunteerClaim = "volunteer", EpochClaim = "epoch", SignInClaim = "signIn";

    /// <summary>The account's auth_epoch when he signed in.</summary>
    public int AuthEpoch { get; init; }

    /// <summary>Which of his sign-ins this is: signing out ends one, a raised auth_epoch ends all.</summary>
    public Guid SignIn { get; init; }

    /// <summary>Binds from the signed-in principal; routes are only reached by those who have one.</summary>
    public static ValueTask<Caller> BindAsync(HttpContext context) => ValueTask.FromResult(Of(context.User));

    public static Caller Of(ClaimsPrincipal principal) => new(
        Guid.Parse(principal.FindFirstValue(AccountClaim)!),
        Enum.Parse<Role>(principal.FindFirstValue(RoleClaim)!),
        principal.FindFirstValue(PathClaim) ?? "",
        Guid.TryParse(principal.FindFirstValue(VolunteerClaim), out var volunteer) ? volunteer : Guid.Empty)
    {
        AuthEpoch = int.Parse(principal.FindFirstValue(EpochClaim) ?? "0", CultureInfo.InvariantCulture),
        SignIn = Guid.TryParse(principal.FindFirstValue(SignInClaim), out var signIn) ? signIn : Guid.Empty,
    };

    /// <summary>True for the operator's own region and all below it.</summary>
    public bool Commands(string regionPath) => Role == Role.Operator && Covers(RegionPath, regionPath);

    /// <summary>Commands it, or commands one of the regions it reaches into: sees it, and orders nothing.</summary>
    public bool Sees(string regionPath, string[]? touched) => Commands(regionPath) || (touched is not null && touched.Any(Commands));

    /// <summary>Whether a region hears of something whose audience is one region, or several with | between.</summary>
    public static bool Hears(string path, string audience) => audience.Contains('|') ? audience.Split('|').Any(one => Covers(path, one)) : Covers(path, audience);

    public static bool Covers(string path, string other) =>
        DrillSeam.Breaks("no-region-filter")
        || (path.Length > 0 && (other.Length == path.Length || (other.Length > path.Length && other[path.Length] == '.'))
        && other.StartsWith(path, StringComparison.Ordinal));

    public static string EpochOf(Account account) => account.AuthEpoch.ToString(CultureInfo.InvariantCulture);

    public static ClaimsPrincipal Principal(Account account, string regionPath, string scheme, Guid signIn)
    {
        var claims = new List<Claim>
        {
            new(AccountClaim, account.Id.ToString()),
            new(RoleClaim, account.Role.ToString()),
            new(PathClaim, regionPath),
            new(EpochClaim, EpochOf(account)),
            new(SignInClaim, signIn.ToString()),
        };
        if (account.VolunteerId is { } volunteer)
        {
            claims.Add(new(VolunteerClaim, volunteer.ToString()));
        }

        return new ClaimsPrincipal(new ClaimsIdentity(claims, scheme));
    }
}
