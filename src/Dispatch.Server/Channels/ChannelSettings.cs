namespace Dispatch.Server.Channels;

/// <summary>A gateway that sends for us: where it is, and the secret both sides sign with.</summary>
internal sealed record Gateway(Uri Url, string Secret, string? PreviousSecret);

/// <summary>
/// A gateway for drills. Another type than <see cref="Gateway"/> on purpose: what sends to real people cannot be handed one, nor the other way round.
/// </summary>
internal sealed record DrillGateway(Uri Url, string Secret);

/// <summary>The channels of this installation, from <c>Channels:*</c>; what each setting means stands in docs/operations.md.</summary>
internal sealed record ChannelSettings
{
    public const int ShortestSecret = 32;

    private static readonly string[] KnownPushServices =
    [
        "https://fcm.googleapis.com", "https://updates.push.services.mozilla.com", "https://*.push.apple.com", "https://*.notify.windows.com",
    ];

    public IReadOnlyDictionary<ChannelKind, Gateway> Gateways { get; init; } = new Dictionary<ChannelKind, Gateway>();

    /// <summary>Where messages of drills go; none: a drill is heard on drill phones' own pages alone.</summary>
    public IReadOnlyDictionary<ChannelKind, DrillGateway> DrillGateways { get; init; } = new Dictionary<ChannelKind, DrillGateway>();

    /// <summary>An offer that has not reached the phone goes out by SMS and voice, unless its category says otherwise.</summary>
    public TimeSpan FallbackAfter { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>A push wakes a phone whose page is closed; a page that is open has the offer long before.</summary>
    public TimeSpan PushAfter { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>For one POST, to a gateway or a push service.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Doubled after every failure, up to a minute, give or take a quarter.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromSeconds(2);

    public int MostAttempts { get; init; } = 8;

    /// <summary>Whom a push service may write to when our pushes trouble it (RFC 8292).</summary>
    public string PushSubject { get; init; } = "mailto:dispatch@localhost";

    /// <summary>Where pushes may go: a subscription names an address, and this server must not be sent anywhere.</summary>
    public IReadOnlyList<string> PushServices { get; init; } = KnownPushServices;

    /// <exception cref="InvalidOperationException">A setting that could not work, or would send telephone numbers in the clear.</exception>
    public static ChannelSettings Read(IConfiguration configuration)
    {
        var section = configuration.GetSection("Channels");
        var standard = new ChannelSettings();
        var gateways = new Dictionary<ChannelKind, Gateway>();
        foreach (var kind in new[] { ChannelKind.Sms, ChannelKind.Voice })
        {
            if (GatewayOf(section.GetSection(kind.ToString()), section.GetValue<bool>("AllowPlainHttp")) is { } gateway)
            {
                gateways.Add(kind, gateway);
            }
        }

        return new()
        {
            Gateways = gateways,
            DrillGateways = DrillGatewaysOf(section, gateways),
            FallbackAfter = Seconds(section, "FallbackAfterSeconds", standard.FallbackAfter, 0, 3600),
            PushAfter = Seconds(section, "Push:AfterSeconds", standard.PushAfter, 0, 3600),
            Timeout = Seconds(section, "TimeoutSeconds", standard.Timeout, 0.1, 60),
            FirstRetry = Seconds(section, "FirstRetrySeconds", standard.FirstRetry, 0.05, 60),
            MostAttempts = section.GetValue<int?>("MostAttempts") is { } most ? Math.Clamp(most, 1, 20) : standard.MostAttempts,
            PushSubject = section["Push:Subject"] ?? standard.PushSubject,
            PushServices = section.GetSection("Push:Services").Get<string[]>() ?? KnownPushServices,
        };
    }

    public bool IsPushService(Uri endpoint) => PushServices.Any(allowed =>
    {
        var origin = endpoint.GetLeftPart(UriPartial.Authority);
        var star = allowed.IndexOf('*', StringComparison.Ordinal);
        return star < 0
            ? origin.Equals(allowed, StringComparison.OrdinalIgnoreCase)
            : origin.Length > allowed.Length && origin.StartsWith(allowed[..star], StringComparison.OrdinalIgnoreCase) && origin.EndsWith(allowed[(star + 1)..], StringComparison.OrdinalIgnoreCase);
    });

    /// <summary>A drill gateway that a real one shares anything with could reach a real phone: the node does not start.</summary>
    private static Dictionary<ChannelKind, DrillGateway> DrillGatewaysOf(IConfigurationSection section, Dictionary<ChannelKind, Gateway> real)
    {
        var drills = new Dictionary<ChannelKind, DrillGateway>();
        foreach (var kind in new[] { ChannelKind.Sms, ChannelKind.Voice })
        {
            var path = $"Drill:{kind}";
            if (GatewayOf(section.GetSection(path), section.GetValue<bool>("AllowPlainHttp")) is not { } drill)
            {
                continue;
            }

            foreach (var (other, gateway) in real)
            {
                if (Uri.Compare(drill.Url, gateway.Url, UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0
                    || drill.Secret == gateway.Secret || drill.Secret == gateway.PreviousSecret)
                {
                    throw new InvalidOperationException($"Channels:{path} shares its address or its secret with Channels:{other}: a drill could reach real phones. Give drills a gateway of their own, or none.");
                }
            }

            drills.Add(kind, new(drill.Url, drill.Secret));
        }

        return drills;
    }

    private static Gateway? GatewayOf(IConfigurationSection section, bool allowPlainHttp)
    {
        if (string.IsNullOrWhiteSpace(section["Url"]))
        {
            return null;
        }

        if (!Uri.TryCreate(section["Url"], UriKind.Absolute, out var url) || url.Scheme is not ("https" or "http"))
        {
            throw new InvalidOperationException($"{section.Path}:Url must be an https address.");
        }

        if (url.Scheme == "http" && !url.IsLoopback && !allowPlainHttp)
        {
            throw new InvalidOperationException($"{section.Path}:Url is plain http: telephone numbers would travel in the clear. Use https, or set Channels:AllowPlainHttp for a protected network.");
        }

        return section["Secret"] is { Length: >= ShortestSecret } secret
            ? new(url, secret, string.IsNullOrEmpty(section["PreviousSecret"]) ? null : section["PreviousSecret"])
            : throw new InvalidOperationException($"{section.Path}:Secret must have at least {ShortestSecret} characters, for example from: openssl rand -hex 32");
    }

    private static TimeSpan Seconds(IConfigurationSection section, string name, TimeSpan standard, double least, double most) =>
        section.GetValue<double?>(name) is not { } seconds ? standard
        : seconds >= least && seconds <= most ? TimeSpan.FromSeconds(seconds)
        : throw new InvalidOperationException($"Channels:{name} must be {least} to {most} seconds.");
}
