using System.Xml.Linq;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Identity;
using Npgsql;

namespace Dispatch.Server.Access;

/// <summary>How a caller proves who he is: the console by cookie, phones and programs by bearer token, on the hub also in the query string.</summary>
internal static class SignIns
{
    public const string OperatorsOnly = nameof(OperatorsOnly), VolunteersOnly = nameof(VolunteersOnly);

    private const string CookieOrBearer = nameof(CookieOrBearer);

    public static IServiceCollection AddSignIns(this IServiceCollection services)
    {
        services.AddSingleton<FailedSignIns>();
        services.AddSingleton<Standings>();
        services.AddSingleton<IPasswordHasher<Account>, PasswordHasher<Account>>();
        services.AddDataProtection().SetApplicationName("dispatch");
        services.AddSingleton<KeysInPostgres>();
        services.AddOptions<KeyManagementOptions>().Configure<KeysInPostgres>((options, keys) => options.XmlRepository = keys);

        services.AddAuthentication(CookieOrBearer)
            .AddPolicyScheme(CookieOrBearer, null, options => options.ForwardDefaultSelector = context =>
                context.Request.Headers.ContainsKey("Authorization") || context.Request.Query.ContainsKey("access_token")
                    ? BearerTokenDefaults.AuthenticationScheme
                    : CookieAuthenticationDefaults.AuthenticationScheme)
            .AddBearerToken(options =>
            {
                options.BearerTokenExpiration = TimeSpan.FromHours(1);
                options.RefreshTokenExpiration = TimeSpan.FromDays(90);
                options.Events.OnMessageReceived = context =>
                {
                    // Browsers cannot set headers on a WebSocket: the hub alone accepts the token in the query.
                    if (context.HttpContext.Request.Path.StartsWithSegments("/live"))
                    {
                        context.Token = context.Request.Query["access_token"].FirstOrDefault() ?? context.Token;
                    }

                    return Task.CompletedTask;
                };
            })
            .AddCookie(options =>
            {
                options.Cookie.Name = "dispatch";
                options.Cookie.HttpOnly = true;
                options.Cookie.SameSite = SameSiteMode.Strict;
                options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
                options.ExpireTimeSpan = TimeSpan.FromHours(12);
                options.SlidingExpiration = true;
                options.Events.OnRedirectToLogin = Refuse;
                options.Events.OnRedirectToAccessDenied = Refuse;
            });
        services.AddAuthorizationBuilder()
            .AddPolicy(OperatorsOnly, policy => policy.RequireClaim(Caller.RoleClaim, nameof(Role.Operator)))
            .AddPolicy(VolunteersOnly, policy => policy.RequireClaim(Caller.RoleClaim, nameof(Role.Volunteer)));
        services.AddSingleton<Microsoft.AspNetCore.Authorization.IAuthorizationMiddlewareResultHandler, RefusalsAsProblems>();
        return services;
    }

    /// <summary>A line lives for hours, and its request with it: what it was opened with has been read, and is not kept in memory.</summary>
    public static void Forget(HttpRequest opened)
    {
        (opened.Headers.Authorization, opened.Headers.Cookie, opened.QueryString) = (default, default, QueryString.Empty);
        opened.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = opened.Path;
        _ = opened.Query; // read again: it keeps what it read before
    }

    private static Task Refuse(RedirectContext<CookieAuthenticationOptions> context) => Task.CompletedTask; // answered by RefusalsAsProblems

    /// <summary>Keys lie in the database, so that every node reads every node's cookies and tokens, also after a restart.</summary>
    private sealed class KeysInPostgres(NpgsqlDataSource source) : IXmlRepository
    {
        public IReadOnlyCollection<XElement> GetAllElements()
        {
            using var command = source.CreateCommand("SELECT xml FROM data_protection_keys");
            using var reader = command.ExecuteReader();
            var keys = new List<XElement>();
            while (reader.Read())
            {
                keys.Add(XElement.Parse(reader.GetString(0)));
            }

            return keys;
        }

        public void StoreElement(XElement element, string friendlyName)
        {
            using var command = source.CreateCommand("INSERT INTO data_protection_keys (name, xml) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING");
            command.Parameters.Add(new() { Value = friendlyName });
            command.Parameters.Add(new() { Value = element.ToString(SaveOptions.DisableFormatting) });
            command.ExecuteNonQuery();
        }
    }
}
